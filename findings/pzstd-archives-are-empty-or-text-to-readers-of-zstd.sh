#!/bin/sh
# pzstd, of zstd's own package, writes a frame that is to be skipped (RFC 8878, 3.1.2) in front of each frame with data.
# zstd reads such an archive. python-zstandard's one-call `decompress` raises, and its `decompressobj`, which is what
# streams of unknown length are given to, ends after the skipped frame: eof, nothing unpacked, no error. polars looks
# for the four bytes that a frame with data begins with, finds none, and takes the archive for text.
# zstd 1.5.4+dfsg2-5 (Debian 12), zstandard 0.25.0, polars 1.36.1.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
apt-get -qq -o APT::Sandbox::User=root download zstd=1.5.4+dfsg2-5 >/dev/null
dpkg-deb -x zstd_*.deb root
seq 1 20000 >lines.csv
root/usr/bin/pzstd -q lines.csv -o lines.csv.zst
root/usr/bin/zstd -q lines.csv -o plain.csv.zst
python3 -m venv venv
venv/bin/pip -q install zstandard==0.25.0 polars==1.36.1 2>/dev/null
cat >read.py <<'EOF'
import polars
import zstandard


def unpacked(path):
    unpacker = zstandard.ZstdDecompressor().decompressobj()
    data = unpacker.decompress(open(path, "rb").read())
    return f"{len(data)} bytes, eof {unpacker.eof}"


def tried(read):
    try:
        return read()
    except Exception as error:
        return type(error).__name__


for name in ("plain.csv.zst", "lines.csv.zst"):
    whole = tried(lambda: str(len(zstandard.ZstdDecompressor().decompress(open(name, "rb").read()))) + " bytes")
    rows = tried(lambda: f"{polars.read_csv(name, has_header=False).height} rows")
    print(f"{name}: decompressobj {unpacked(name)}; decompress {whole}; polars {rows}")
EOF
venv/bin/python read.py | tee seen
root/usr/bin/zstd -dc lines.csv.zst | cmp - lines.csv && echo "zstd -d: all of it"
grep -qx 'plain.csv.zst: decompressobj 108894 bytes, eof True; decompress 108894 bytes; polars 20000 rows' seen
grep -qx 'lines.csv.zst: decompressobj 0 bytes, eof True; decompress ZstdError; polars ComputeError' seen
