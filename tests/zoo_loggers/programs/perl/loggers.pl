# perl loggers.pl log4perl: logs the zoo's events by that logger; what they mean: tests/zoo_loggers/logger.py
use strict;
use warnings;
use Log::Log4perl qw(:easy);

my %layouts = (
    "log4perl-easy"    => undef,
    "log4perl-pattern" => "%d{yyyy-MM-dd HH:mm:ss,SSS} [%p] %c: %m%n",
    "log4perl-date"    => "%d %p> %F{1}:%L %M - %m%n",
);

my $layout = $layouts{ $ARGV[0] };
Log::Log4perl->easy_init({ level => $DEBUG, file => "STDOUT", defined $layout ? (layout => $layout) : () });
my $logger = get_logger("app");
$logger->debug("zoo-1");
$logger->info("zoo-2");
$logger->warn("zoo-3");
$logger->error("zoo-4");
$logger->fatal("zoo-5");

sub outer { die "it went wrong\nin two lines\n" }
eval { outer() };
$logger->error("zoo-6: $@");
$logger->info("zoo-7");
$logger->info("zoo-9 of\n\nthree lines");
