"""Counting what held and what did not, one sentence each."""


class Check:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def __call__(self, sentence, holds, detail=""):
        if holds:
            self.passed += 1
            print(f"  ok      {sentence}", flush=True)
        else:
            self.failed += 1
            print(f"  NOT OK  {sentence}" + (f": {detail}" if detail != "" else ""), flush=True)
        return bool(holds)

    def equal(self, sentence, got, wanted):
        return self(sentence, got == wanted, f"got {got!r}, wanted {wanted!r}")

    def summary(self):
        return f"{self.passed} passed, {self.failed} failed"
