// The loggers, each as {write(line), close(), drained}: drained is what says "drain" after a write that gave false.
import { readdirSync } from "node:fs";
import { finished } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import bunyan from "bunyan";
import fileStreamRotator from "file-stream-rotator";
import log4js from "log4js";
import pinoRoll from "pino-roll";
import { createStream } from "rotating-file-stream";
import winston from "winston";
import DailyRotateFile from "winston-daily-rotate-file";

const KEEP = 100;
const messageOnly = winston.format.printf(({ message }) => message);
const kilobytes = (bytes) => `${Math.round(bytes / 1024)}k`;

function stream(stream) {
  return {
    drained: stream,
    write: (line) => stream.write(`${line}\n`),
    close: () => (stream.end(), finished(stream)),
  };
}

// Waits until the folder's names stay the same for a while: the library packs on its own and cannot be waited for.
async function settled() {
  let before = "";
  for (let same = 0; same < 10; await setTimeout(30)) {
    const now = readdirSync(".").join();
    same = now === before ? same + 1 : 0;
    before = now;
  }
}

function winstonLogger(transport) {
  const logger = winston.createLogger({ format: messageOnly, transports: [transport] });
  return {
    drained: logger,
    write: (line) => logger.write({ level: "info", message: line, [Symbol.for("level")]: "info" }),
    close: async () => {
      logger.end();
      await finished(transport, { readable: false });
      await settled();
    },
  };
}

function winstonFile(rotateBytes, options) {
  return winstonLogger(new winston.transports.File({ filename: "app.log", maxsize: rotateBytes, ...options }));
}

function winstonDaily(rotateBytes, options) {
  const filename = "app-%DATE%.log";
  return winstonLogger(new DailyRotateFile({ filename, dirname: ".", maxSize: kilobytes(rotateBytes), ...options }));
}

async function pino(rotateBytes, options) {
  const destination = await pinoRoll({ file: "app", extension: ".log", size: kilobytes(rotateBytes), ...options });
  const close = async () => (destination.end(), await new Promise((done) => destination.once("close", done)));
  return { drained: destination, write: (line) => destination.write(`${line}\n`), close };
}

function rotating(rotateBytes, options) {
  return stream(createStream("app.log", { size: `${rotateBytes}B`, ...options }));
}

function log4(appender) {
  const layout = { type: "messagePassThrough" };
  log4js.configure({
    appenders: { file: { filename: "app.log", layout, ...appender } },
    categories: { default: { appenders: ["file"], level: "info" } },
  });
  const logger = log4js.getLogger();
  return { write: (line) => logger.info(line), close: () => new Promise((done) => log4js.shutdown(done)) };
}

function bunyanFile() {
  const file = new bunyan.RotatingFileStream({ path: "app.log", period: "1000ms", count: KEEP });
  return { write: (line) => file.write(`${line}\n`), close: () => (file.end(), settled()) };
}

function rotatorStream(rotateBytes) {
  return stream(
    fileStreamRotator.getStream({
      filename: "app-%DATE%",
      extension: ".log",
      frequency: "daily",
      date_format: "YYYYMMDD",
      size: kilobytes(rotateBytes),
      max_logs: `${KEEP}`,
      audit_file: "app-audit.json",
      create_symlink: true,
      symlink_name: "app.log",
      end_stream: true,
    }),
  );
}

export const rotators = {
  "winston-counting": (bytes) => winstonFile(bytes, {}),
  "winston-tailable": (bytes) => winstonFile(bytes, { tailable: true, maxFiles: KEEP }),
  "winston-tailable-gz": (bytes) => winstonFile(bytes, { tailable: true, maxFiles: KEEP, zippedArchive: true }),
  "winston-daily-plain": (bytes) => winstonDaily(bytes, { createSymlink: true, symlinkName: "app.log" }),
  "winston-daily-gz": (bytes) => winstonDaily(bytes, { zippedArchive: true, maxFiles: KEEP }),
  "pino-roll-plain": (bytes) => pino(bytes, {}),
  "pino-roll-symlink": (bytes) => pino(bytes, { symlink: true, frequency: "daily", dateFormat: "yyyy-MM-dd" }),
  "rotating-file-stream-dated": (bytes) => rotating(bytes, { interval: "1d" }),
  "rotating-file-stream-gzip": (bytes) => rotating(bytes, { compress: "gzip", maxFiles: KEEP }),
  "rotating-file-stream-classical": (bytes) => rotating(bytes, { rotate: KEEP }),
  "log4js-file": (bytes) => log4({ type: "file", maxLogSize: bytes, backups: KEEP }),
  "log4js-file-gz": (bytes) => log4({ type: "file", maxLogSize: bytes, backups: KEEP, compress: true }),
  "log4js-date-file": () => log4({ type: "dateFile", pattern: "yyyy-MM-dd-hh-mm-ss", keepFileExt: true, numBackups: KEEP }),
  "log4js-file-sync": (bytes) => log4({ type: "fileSync", maxLogSize: bytes, backups: KEEP }),
  "bunyan-every-second": bunyanFile,
  "file-stream-rotator-link": rotatorStream,
};
