import { InvalidOptionError } from "../../../src/contracts/index.ts";
import type { RolloutStatus } from "../../../src/loop/index.ts";

type Row = Readonly<Record<string, unknown>>;

const states = ["running", "paused", "rolled-back", "aborted", "invalid", "done"];
/** Longest lists and texts that a page shows. */
const mostEntries = 1_000;
const longestText = 2_000;

/**
 * Checks a value for the status of a rollout, as far as a page reads it, and returns it. Throws `InvalidOptionError`,
 * which names the field.
 */
export function checkRolloutStatus(option: string, given: unknown): RolloutStatus {
  const status = row(option, "", given);
  const at = reader(option, status, "");
  if (status["formatVersion"] !== 1) wrong(option, "formatVersion", status["formatVersion"], "1");
  at.texts("id", "unit", "since");
  at.numbers("confidence", "stage", "share", "controlShare", "revision", "openUnits", "inBoth");
  if (!states.includes(status["state"] as string)) wrong(option, "state", status["state"], states.join(", "));
  reader(option, row(option, "units", status["units"]), "units.").numbers("control", "candidate");
  for (const arm of ["control", "candidate"]) {
    const field = `requests.${arm}`;
    const counts = row(option, field, row(option, "requests", status["requests"])[arm]);
    reader(option, counts, `${field}.`).numbers("all", "failed", "troubled", "aborted");
  }
  if (status["delay"] !== undefined)
    reader(option, row(option, "delay", status["delay"]), "delay.").numbers(
      "unitsPerMinute",
      "totalFailureUnits",
      "totalFailureMinutes",
      "unitsLeft",
      "minutesLeft",
      "idleMinutes",
    );
  reader(option, row(option, "mismatch", status["mismatch"]), "mismatch.").numbers("evidence", "alarmAt");
  at.list("stages").forEach((stage, index) => {
    const field = `stages[${index}]`;
    const read = reader(option, row(option, field, stage), `${field}.`);
    read.numbers((stage as Row)["shadow"] === true ? "requests" : "share");
  });
  const verdict = (field: string, value: unknown) => {
    const read = reader(option, row(option, field, value), `${field}.`);
    read.texts("verdict", "at", "reason");
    read.optionalTexts("guard", "needs", "because", "advice", "by");
    read.numbers("stage");
  };
  verdict("verdict", status["verdict"]);
  at.list("history").forEach((one, index) => {
    verdict(`history[${index}]`, one);
  });
  at.list("guards").forEach((one, index) => {
    checkGuard(option, `guards[${index}]`, one);
  });
  const { shadow, store, holdOut } = status;
  if (holdOut !== undefined) at.numbers("holdOut");
  if (shadow !== undefined)
    reader(option, row(option, "shadow", shadow), "shadow.").numbers(
      "requests",
      "changed",
      "failed",
      "costDifferenceUsd",
      "priced",
      "calls",
      "failedCalls",
    );
  if (store !== undefined && store !== null) {
    const read = reader(option, row(option, "store", store), "store.");
    read.texts("name");
    read.numbers("processes");
  }
  return status as unknown as RolloutStatus;
}

function checkGuard(option: string, field: string, given: unknown): void {
  const guard = row(option, field, given);
  const read = reader(option, guard, `${field}.`);
  read.texts("name", "kind", "marginOf", "unit");
  read.numbers("margin", "alarmAt", "safeAt", "pairs", "difference", "harm", "safe");
  read.optionalNumbers("control", "candidate", "low", "high", "unknownShare");
  read.optionalTexts("of");
  read.list("points").forEach((point, index) => {
    const name = `${field}.points[${index}]`;
    const one = reader(option, row(option, name, point), `${name}.`);
    one.numbers("pairs", "difference", "harm", "safe");
    one.optionalNumbers("low", "high");
  });
}

function row(option: string, field: string, value: unknown): Row {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return wrong(option, field, value, "an object, as rollout.status() returns it");
  return value as Row;
}

function reader(option: string, of: Row, prefix: string) {
  const isNumber = (value: unknown) => typeof value === "number" && Number.isFinite(value);
  const isText = (value: unknown) => typeof value === "string" && value.length <= longestText;
  const each = (names: readonly string[], fits: (value: unknown) => boolean, expected: string) => {
    for (const name of names)
      if (!fits(Object.hasOwn(of, name) ? of[name] : undefined))
        wrong(option, prefix + name, of[name], expected);
  };
  const orAbsent = (fits: (value: unknown) => boolean) => (value: unknown) =>
    value === undefined || fits(value);
  const short = `a text of at most ${longestText} characters`;
  return {
    numbers: (...names: readonly string[]) => each(names, isNumber, "a finite number"),
    optionalNumbers: (...names: readonly string[]) => each(names, orAbsent(isNumber), "a finite number"),
    texts: (...names: readonly string[]) => each(names, isText, short),
    optionalTexts: (...names: readonly string[]) => each(names, orAbsent(isText), short),
    list(name: string): readonly unknown[] {
      const value = of[name];
      if (Array.isArray(value) && value.length <= mostEntries) return value;
      return wrong(option, prefix + name, value, `an array of at most ${mostEntries} entries`);
    },
  };
}

function wrong(option: string, field: string, value: unknown, expected: string): never {
  throw new InvalidOptionError(field === "" ? option : `${option}: ${field}`, value, expected);
}
