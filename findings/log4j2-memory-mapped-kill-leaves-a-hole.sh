#!/bin/sh
# Log4j 2.26.1, MemoryMappedFile appender (append is its default): the file grows by whole regions of NULs, cut off when
# it is closed. After a SIGKILL they stay, and the next start appends behind them, not behind the last line.
# Expected: the new run's first line follows the old run's last one. Seen: a hole of NULs between them, for ever.
set -eu
for tool in java mvn; do command -v $tool >/dev/null || { echo "needs $tool" >&2; exit 1; }; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-core</artifactId>
      <version>2.26.1</version>
    </dependency>
  </dependencies>
</project>
XML
cat >log4j2.xml <<'XML'
<Configuration status="warn">
  <Appenders>
    <MemoryMappedFile name="file" fileName="app.log" regionLength="1048576">
      <PatternLayout pattern="%m%n"/>
    </MemoryMappedFile>
  </Appenders>
  <Loggers><Root level="info"><AppenderRef ref="file"/></Root></Loggers>
</Configuration>
XML
cat >Write.java <<'JAVA'
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

public class Write {
    public static void main(String[] args) {
        Logger logger = LogManager.getLogger();
        for (int n = 0; n < 1000; n++) {
            logger.info("{} line {}", args[0], n);
        }
        if (args[0].equals("first")) {
            ProcessHandle.of(ProcessHandle.current().pid()).ifPresent(me -> {
                try {
                    new ProcessBuilder("kill", "-KILL", String.valueOf(me.pid())).start().waitFor();
                } catch (Exception failed) {
                    throw new IllegalStateException(failed);
                }
            });
        }
        LogManager.shutdown();
    }
}
JAVA
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=lib >/dev/null
run() { java -Dlog4j2.configurationFile=log4j2.xml -cp 'lib/*' Write.java "$1"; }
run first 2>/dev/null || true
run second
lines=$(tr -d '\000' <app.log | wc -l)
size=$(wc -c <app.log)
text=$(tr -d '\000' <app.log | wc -c)
echo "log4j-core 2.26.1, MemoryMappedFile, killed after 1000 lines and started again: $lines lines"
echo "expected: $text bytes, no NUL among them; seen: $size bytes, $((size - text)) NULs between the runs"
[ "$lines" -eq 2000 ] && [ "$size" -gt "$text" ]
