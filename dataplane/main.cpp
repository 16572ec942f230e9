// sluice-dataplane: the only place that sees both the dataplane and the pipelines it drives.
#include "dataplane/run.hpp"
#include "pipelines/factory.hpp"

int main(int argc, char** argv)
{
    return sluice::dataplane::run(argc, argv, sluice::make_gateway);
}
