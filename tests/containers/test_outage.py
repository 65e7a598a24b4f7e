"""An outage together with rotation, in 64 MiB: issue 4's promise, in the cgroup of a real container."""

import os
import time
from pathlib import Path

import pytest

from tests.containers.conftest import Figure, StartSidecar
from tests.containers.engine import peak_charged
from tests.containers.sidecar import MEMORY, MIB
from tests.e2e.arrivals import assert_all_arrived
from tests.e2e.conftest import StartWriter
from tests.e2e.harness import scaled, wait_until
from tests.e2e.receiver import Receiver
from tests.e2e.test_outage import RATE, ROTATE_BYTES, WARM_UP_SECONDS, held_unlinked

SECONDS = int(os.environ.get("LOGSHIP_TEST_OUTAGE_SECONDS", "0")) or scaled(20)
"""How long the store is down; 600 is the outage that the promise speaks of."""

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120 + 3 * SECONDS)]


def test_an_outage_with_rotation_stays_within_64_mib(
    new_sidecar: StartSidecar, receiver: Receiver, logs: Path, state: Path, write: StartWriter, figure: Figure
) -> None:
    """What is rotated away is held and arrives, every line; memory stays flat, and nobody is killed for want of it.

    The cgroup's own peak is no measure: it has the page cache of the files that are read, which the kernel gives back
    on demand. VmHWM is what can't be given back.
    """
    sidecar = new_sidecar(state=state, sinks="http", http_url=receiver.url).start()
    writer = write("rotating", logs / "app.log", RATE * (SECONDS + 5), rate=RATE, bytes=ROTATE_BYTES, keep=2)
    receiver.wait_for_records(RATE)
    receiver.down()
    time.sleep(min(WARM_UP_SECONDS, SECONDS / 3))  # the share of the buffer is full by then
    before = sidecar.resident()
    time.sleep(SECONDS - min(WARM_UP_SECONDS, SECONDS / 3))
    after = sidecar.resident()
    assert held_unlinked(sidecar.pid), "files are rotated away during the outage"
    assert sidecar.execute("logship", "probe", "live").returncode == 0
    assert sidecar.execute("logship", "probe", "ready").returncode == 0
    receiver.up()
    writer.finish(SECONDS + 60)
    receiver.wait_for_records(writer.end, 60 + SECONDS)
    peak, charged = sidecar.resident("VmHWM"), peak_charged(sidecar.cgroup())
    figure(
        f"outage of {SECONDS} s: resident {before / MIB:.1f} to {after / MIB:.1f} MiB, peak {peak / MIB:.1f};"
        f" peak charged to the cgroup {charged / MIB:.1f} of 64 MiB"
    )
    assert after < before * 1.1
    assert peak < MEMORY
    wait_until(lambda: not held_unlinked(sidecar.pid), "the held files are closed", 45)
    assert sidecar.terminate() == 0
    assert_all_arrived(receiver.records(), {"app": writer.end}, repeats=True)
