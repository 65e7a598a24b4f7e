#!/bin/sh
# Mojo::Log with `short` writes systemd's priority before each line, as sd-daemon(3) has it, one step off for three of
# its levels: `info` says <5>, which is notice, `debug` <6>, which is info, and `trace` <7>, debug. Whoever reads the
# prefix, as journald does, has debug lines among those of info.
# Mojolicious 9.31 (Debian 12), perl 5.36.0.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
apt-get -qq download libmojolicious-perl=9.31+dfsg-1
dpkg -x libmojolicious-perl_*.deb .
cat >log.pl <<'EOP'
use Mojo::Log;
my $log = Mojo::Log->new(short => 1, level => 'trace', handle => \*STDOUT);
$log->$_("as $_") for qw(trace debug info warn error fatal);
EOP
perl -Iusr/share/perl5 log.pl | tee seen
grep -Eq '^<7>\[[0-9]+\] \[t\] as trace$' seen
grep -Eq '^<6>\[[0-9]+\] \[d\] as debug$' seen
grep -Eq '^<5>\[[0-9]+\] \[i\] as info$' seen
grep -Eq '^<4>\[[0-9]+\] \[w\] as warn$' seen
