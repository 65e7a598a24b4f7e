// Loggers whose text is for a file or a terminal.
import { configure, getAnsiColorFormatter, getLogger, getTextFormatter } from "@logtape/logtape";
import { getPrettyFormatter } from "@logtape/pretty";
import electronLog from "electron-log/node.js";
import loglevel from "loglevel";
import prefix from "loglevel-plugin-prefix";
import pino from "pino";
import pretty from "pino-pretty";
import simple from "simple-node-logger";
import tracer from "tracer";
import winston from "winston";

import { emit as emitFields, failure, TEXT } from "./events.mjs";

function emit(logger) {
  logger.debug("zoo-1");
  logger.info("zoo-2");
  logger.warn("zoo-3");
  logger.error("zoo-4");
  logger.error("zoo-6", failure());
  logger.info("zoo-7");
  logger.info(TEXT);
}

function emitElectron(format) {
  electronLog.transports.file.level = false;
  electronLog.transports.console.level = "silly";
  if (format) electronLog.transports.console.format = format;
  emit(electronLog);
}

function emitPrefixed(options) {
  prefix.reg(loglevel);
  loglevel.setLevel("debug");
  prefix.apply(loglevel, options);
  emit(loglevel);
}

async function emitTape(formatter) {
  const sinks = { out: (record) => process.stdout.write(formatter(record)) };
  await configure({ sinks, loggers: [{ category: "app", lowestLevel: "debug", sinks: ["out"] }, { category: "logtape", lowestLevel: "fatal" }] });
  const logger = getLogger(["app", "db"]);
  logger.debug("zoo-1");
  logger.info("zoo-2");
  logger.warn("zoo-3");
  logger.error("zoo-4");
  logger.fatal("zoo-5");
  logger.error("zoo-6 {error}", { error: failure() });
  logger.info("zoo-7");
  logger.info(TEXT);
}

function emitWinston(stamp, line) {
  const { combine, timestamp, printf, errors } = winston.format;
  const format = combine(errors({ stack: true }), timestamp({ format: stamp }), printf(line));
  emit(winston.createLogger({ level: "debug", format, transports: [new winston.transports.Console()] }));
}

const stacked = ({ message, stack }) => `${message}${stack ? `\n${stack}` : ""}`;

const emitPretty = (options) => emitFields(pino({ level: "debug" }, pretty({ destination: 1, sync: true, colorize: false, ...options })), { odd: {} });

export const programs = {
  "electron-log": () => emitElectron(""),
  "electron-log-level": () => emitElectron("[{y}-{m}-{d} {h}:{i}:{s}.{ms}] [{level}] {text}"),
  "loglevel-prefix": () => emitPrefixed({}),
  "loglevel-prefix-iso": () => emitPrefixed({ template: "[%t] %l (%n):", timestampFormatter: (date) => date.toISOString() }),
  "logtape-text": () => emitTape(getTextFormatter()),
  "logtape-colours": () => emitTape(getAnsiColorFormatter()),
  "logtape-clock": () => emitTape(getTextFormatter({ timestamp: "time-tz" })),
  "logtape-pretty": () => emitTape(getPrettyFormatter({ timestamp: "date-time", colors: false, icons: false })),
  "pino-pretty-zone": () => emitPretty({ translateTime: "UTC:HH:MM:ss Z", ignore: "pid,hostname" }),
  "pino-pretty-level": () => emitPretty({ levelFirst: true }),
  "simple-node-logger": () => emit(((logger) => (logger.setLevel("debug"), logger))(simple.createSimpleLogger())),
  tracer: () => emit(tracer.console()),
  "winston-half-days": () => emitWinston("YYYY-MM-DD hh:mm:ss.SSS A", (info) => `[${info.timestamp}] ${info.level}: ${stacked(info)}`),
  "winston-dashes": () => emitWinston(undefined, (info) => `${info.timestamp} - ${info.level} - ${stacked(info)}`),
  "winston-level-first": () => emitWinston(undefined, (info) => `${info.level}: ${info.timestamp} ${stacked(info)}`),
  "winston-clock": () => emitWinston("HH:mm:ss", (info) => `${info.timestamp} ${info.level}: ${stacked(info)}`),
};
