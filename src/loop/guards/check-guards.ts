import { InvalidOptionError } from "../../contracts/index.ts";
import { checkMethods } from "../../plugin/index.ts";
import type { Guard } from "./guard.ts";

const namePattern = /^[A-Za-z0-9][A-Za-z0-9.:-]{0,59}$/;
/** Each guard takes its part of the error, so that many find nothing. */
const mostGuards = 20;

/** Checks the guards, signals and benefits of a rollout. Throws `InvalidOptionError`. */
export function checkGuards(option: string, guards: readonly Guard[]): void {
  if (!Array.isArray(guards) || guards.length === 0 || guards.length > mostGuards)
    throw new InvalidOptionError(option, guards, `1 to ${mostGuards} guards`);
  guards.forEach((guard: Guard, at) => {
    checkMethods(`${option}[${at}]`, guard, ["value", "add", "merge", "evidence", "isState"]);
    if (typeof guard.name !== "string" || !namePattern.test(guard.name))
      throw new InvalidOptionError(
        `${option}[${at}].name`,
        guard.name,
        "1 to 60 letters, digits, '-', '.', ':'",
      );
    if (guards.findIndex(({ name }: Guard) => name === guard.name) !== at)
      throw new InvalidOptionError(`${option}[${at}].name`, guard.name, "a name that no other guard has");
    if (!["guard", "signal", "benefit"].includes(guard.kind))
      throw new InvalidOptionError(`${option}[${at}].kind`, guard.kind, '"guard", "signal" or "benefit"');
  });
  if (!guards.some(({ kind }) => kind === "guard"))
    throw new InvalidOptionError(
      option,
      guards,
      'given at least one of kind "guard": nothing else rolls back',
    );
}
