#!/bin/sh
# Log::Log4perl's logcluck and logconfess give each line of the stack trace a head of its own, with time and level: one event becomes as many
# FATAL lines as there are frames, while carp's own trace is one text. error_warn writes one event twice: with its head, and as a bare warning.
# Log::Log4perl 1.57 (Debian 12), perl 5.36.0.
set -eu
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
cd "$D"
apt-get -qq download liblog-log4perl-perl=1.57-1
dpkg -x liblog-log4perl-perl_*.deb .
cat >log.pl <<'EOP'
use Log::Log4perl;
Log::Log4perl->init(\"log4perl.rootLogger=DEBUG, S\nlog4perl.appender.S=Log::Log4perl::Appender::Screen
log4perl.appender.S.stderr=0\nlog4perl.appender.S.layout=PatternLayout\nlog4perl.appender.S.layout.ConversionPattern=%d %p %m%n\n");
my $log = Log::Log4perl->get_logger('a');
sub inner { $log->logcluck('it went wrong') }
sub outer { inner() }
outer();
$log->error_warn('once');
EOP
perl -Iusr/share/perl5 log.pl 2>&1 | sed 's/^[0-9/]* [0-9:]* /DATE /' | tee seen
test "$(grep -c '^DATE WARN .*it went wrong at ' seen)" = 1
test "$(grep -Ec '^DATE WARN 	.*main::(inner|outer)\(' seen)" = 2
test "$(grep -c '^DATE ERROR once$' seen)" = 1
test "$(grep -c '^once at log.pl line ' seen)" = 1
