#!/bin/sh
# Runs a one-node Kafka test broker (KRaft) on 127.0.0.1, in the foreground, until SIGTERM or SIGINT.
#
#   run.sh PORT DATA_DIR [SETTING=VALUE ...]     PORT 0 takes a free port; +SETTING=VALUE adds to a list
#   run.sh build                                 only fetch and compile
#
# Prints 'ready 127.0.0.1:PORT pid PID' when it can be used. Data that is in DATA_DIR is kept.
# HEAP sets the heap (256m), LOGLEVEL the log on stderr (warn), JAVA_HOME the Java (17 or newer).
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
[ "${1-}" = build ] || [ $# -ge 2 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
if [ ! -e "$here/target/built" ] || [ -n "$(find "$here/pom.xml" "$here/src" -newer "$here/target/built")" ]; then
    mvn -q -B -f "$here/pom.xml" clean process-classes >&2
    touch "$here/target/built"
fi
[ "$1" != build ] || exit 0
heap=${HEAP:-256m}
# The quick compiler alone, and one collector thread, make the start short on two cores.
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xms"$heap" -Xmx"$heap" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -Dlog4j2.disable.jmx=true -Dloglevel="${LOGLEVEL:-warn}" \
    -cp "$here/target/classes:$here/target/lib/*" testbroker.Main "$@"
