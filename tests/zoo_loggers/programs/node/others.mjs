import { ConsoleLogger } from "@nestjs/common";
import bunyan from "bunyan";
import { consola, createConsola } from "consola";
import express from "express";
import http from "node:http";
import log4js from "log4js";
import jsonLayout from "log4js-json-layout";
import morgan from "morgan";
import npmlog from "npmlog";
import signale from "signale";
import { Logger as TsLog } from "tslog";

import { emit, failure, ODD, TEXT, TRACE } from "./events.mjs";

// Fields come last, or not at all.
function emitLast(logger, { warn = "warn", fatal = "fatal", fields = true } = {}) {
  const extra = (values) => (fields ? [values] : []);
  logger.debug("zoo-1");
  logger.info("zoo-2");
  logger[warn]("zoo-3");
  logger.error("zoo-4");
  if (fatal) logger[fatal]("zoo-5");
  logger.error("zoo-6", failure());
  logger.info("zoo-7", ...extra({ trace_id: TRACE }));
  logger.info("zoo-8", ...extra({ ...ODD, bytes: 1e21 }));
  logger.info(TEXT);
}

function log4(layout) {
  log4js.configure({
    appenders: { out: { type: "stdout", layout } },
    categories: { default: { appenders: ["out"], level: "debug" } },
  });
  emitLast(log4js.getLogger());
}

async function access(format) {
  const app = express();
  app.use(morgan(format, { stream: process.stdout }));
  for (const [path, status] of PATHS) app.get(path, (_, response) => response.status(status).end());
  const server = app.listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  for (const [path] of PATHS) await get(server.address().port, path);
  server.close();
}

const PATHS = [["/zoo-2", 200], ["/zoo-3", 404], ["/zoo-4", 500], ["/zoo-7", 200]];

const get = (port, path) => new Promise((done) => http.get({ host: "127.0.0.1", port, path, agent: false },
  (response) => response.resume().on("end", done)));

export const programs = {
  "node-console": () => emitLast(console, { fatal: "" }),
  bunyan: () => emit(bunyan.createLogger({ name: "app", level: "debug", serializers: bunyan.stdSerializers }), {
    odd: { ...ODD, bytes: 1e21 },
  }),
  "log4js-basic": () => log4({ type: "basic" }),
  "log4js-coloured": () => log4({ type: "coloured" }),
  "log4js-pattern": () => log4({ type: "pattern", pattern: "%d{ISO8601_WITH_TZ_OFFSET} %p %c %m" }),
  "log4js-json": () => {
    log4js.addLayout("json", jsonLayout);
    log4({ type: "json" });
  },
  consola: () => emitLast(createConsola({ level: 4, fancy: false, formatOptions: { colors: false, date: true } })),
  "consola-default": () => emitLast(consola, { fields: false }),
  signale: () => emitLast(new signale.Signale({ logLevel: "info", config: { displayTimestamp: true, displayDate: true } }), { fields: false }),
  npmlog: () => {
    npmlog.level = "silly";
    const logger = Object.fromEntries(["verbose", "info", "warn", "error"].map((level) => [level, (...words) => npmlog[level]("app", ...words)]));
    emitLast({ ...logger, debug: logger.verbose }, { fatal: "", fields: false });
  },
  "tslog-pretty": () => emitLast(new TsLog({ pretty: { style: false } })),
  "tslog-json": () => emitLast(new TsLog({ type: "json" })),
  "nestjs-text": () => emitNest(new ConsoleLogger("App", { colors: false })),
  "nestjs-json": () => emitNest(new ConsoleLogger("App", { json: true, colors: false })),
  "roarr-json": async () => {
    const { Roarr } = await import("roarr");
    const odd = { ...ODD, bytes: 1e21 };
    emit(Roarr, { odd });
  },
  "morgan-combined": () => access("combined"),
  "morgan-dev": () => access("dev"),
  "morgan-common": () => access("common"),
};

function emitNest(logger) {
  logger.debug("zoo-1");
  logger.log("zoo-2");
  logger.warn("zoo-3");
  logger.error("zoo-4");
  logger.fatal("zoo-5");
  logger.error("zoo-6", failure().stack);
  logger.log({ message: "zoo-7", trace_id: TRACE });
  logger.log({ message: "zoo-8", ...ODD, bytes: 1e21 });
  logger.log(TEXT);
}
