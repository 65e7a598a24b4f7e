// The zoo's events; what they mean: tests/zoo_loggers/logger.py
export const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
export const ODD = { ratio: NaN, bytes: 2n ** 70n, user: { id: 7, tags: ["a", "b"] } };
export const TEXT = "zoo-9 of\n\nthree lines";

export function failure() {
  try {
    JSON.parse("{");
  } catch (cause) {
    return new Error("it went wrong\nin two lines", { cause });
  }
}

// Levels by the methods' names; fields come first, as pino and bunyan take them.
export function emit(logger, { warn = "warn", fatal = "fatal", odd = ODD } = {}) {
  logger.debug("zoo-1");
  logger.info("zoo-2");
  logger[warn]("zoo-3");
  logger.error("zoo-4");
  if (fatal) logger[fatal]("zoo-5");
  logger.error({ err: failure() }, "zoo-6");
  logger.info({ trace_id: TRACE }, "zoo-7");
  logger.info(odd, "zoo-8");
  logger.info(TEXT);
}
