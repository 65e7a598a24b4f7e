#!/bin/sh
# A node that crashes leaves NULs where the end of a file was not written yet. Behind a gzip that is cut amid its data
# inflate takes them for more of it: code words of zeros, which stand for text that was there before. It neither fails
# nor ends. So 8 KiB of NULs become kilobytes of wrong text behind the right one, for streams of zlib and of isal alike;
# `gzip -dc` writes them, too, before it says that the file ends unexpectedly.
# zlib 1.2.13 of Python 3.11.7, isal 1.9.1, gzip 1.12 (Debian 12).
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
python3 -m venv venv
venv/bin/pip -q install isal==1.9.1
cat >read.py <<'EOP'
import gzip
import random
import subprocess
import zlib

from isal import isal_zlib

chance = random.Random(1)
lines = b"".join(b"request %d took %d ms\n" % (chance.randrange(10**9), chance.randrange(1000)) for _ in range(20000))
cut = gzip.compress(lines)[:50_000].rstrip(b"\0")
open("cut.gz", "wb").write(cut + bytes(8192))


def judge(name, data, eof):
    right = next(at for at, (one, other) in enumerate(zip(data, lines)) if one != other)
    print(f"{name}: right, then more than 1 KiB that is not: {right > 50_000 and len(data) - right > 1024}, eof {eof}")


for name, module in (("zlib", zlib), ("isal", isal_zlib)):
    unpacker = module.decompressobj(wbits=31)
    judge(name, unpacker.decompress(cut + bytes(8192)), unpacker.eof)
told = subprocess.run(["gzip", "-dc", "cut.gz"], capture_output=True)
judge("gzip -dc", told.stdout, told.returncode == 0)
EOP
venv/bin/python read.py | tee seen
[ "$(grep -c 'that is not: True, eof False' seen)" = 3 ]
