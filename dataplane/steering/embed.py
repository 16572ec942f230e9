#!/usr/bin/python3 -B
"""Writes a file's bytes as a C++ array: embed.py INPUT OUTPUT. The build runs it over the compiled XDP program."""
import sys
from pathlib import Path

source, target = map(Path, sys.argv[1:])
content = source.read_bytes()
lines = (", ".join(f"0x{byte:02X}" for byte in content[at:at + 20]) for at in range(0, len(content), 20))
text = ",\n    ".join(lines)
target.write_text(f"""// {source.name}, as it was compiled for BPF.
#include "dataplane/steering/program.hpp"

namespace sluice::steering {{

static constexpr unsigned char program_bytes[] = {{
    {text}}};

std::string_view program()
{{
    return {{reinterpret_cast<const char*>(program_bytes), sizeof program_bytes}};
}}

}} // namespace sluice::steering
""", encoding="ascii")
