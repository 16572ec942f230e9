// sluice-control
#include "control/run.hpp"

int main(int argc, char** argv)
{
    return sluice::control::run(argc, argv);
}
