#!/bin/sh
# ray 2.60.0: what workers print is shown by the driver line by line, and a line that another worker has printed within five
# seconds is held back, to be shown once for all of them. A stack trace is no exception: of the second worker's, the line
# that is its own comes at once, and the header and the frames, which both have, seconds after it.
# Expected: "Traceback (most recent call last):", frames, error. Seen: the error, then the header and the frames.
set -eu
folder=$(mktemp -d)
short=$(mktemp -d /tmp/ray.XXXXXX) # for its sockets
trap 'rm -rf "$folder" "$short"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install ray==2.60.0
cat >two.py <<'PY'
import os
import time
import traceback

import ray

ray.init(num_cpus=2, include_dashboard=False, object_store_memory=80_000_000, _temp_dir=os.environ["RAY_FOLDER"])


@ray.remote(num_cpus=1)
class Agent:
    def work(self, name):
        try:
            {}[name]
        except KeyError:
            traceback.print_exc()


agents = [Agent.remote(), Agent.remote()]
for agent, name in zip(agents, ("first", "second")):
    ray.get(agent.work.remote(name))
time.sleep(8)
ray.shutdown()
PY
HOME=$folder RAY_FOLDER=$short venv/bin/python two.py >out 2>&1
sed 's/\x1b\[[0-9;]*m//g' out | grep '(Agent pid=' >shown
cat shown
error=$(grep -n "KeyError: 'second'" shown | cut -d: -f1)
header=$(grep -n 'Traceback (most recent call last)' shown | tail -n 1 | cut -d: -f1)
echo "expected: the second error behind its header; seen: the error in line $error, the last header in line $header"
[ "$error" -lt "$header" ]
