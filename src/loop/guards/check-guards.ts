import { InvalidOptionError } from "../../contracts/index.ts";
import { readOption } from "../../plugin/index.ts";
import type { Guard } from "./guard.ts";

const guardKind = { is: "object", methods: ["value", "add", "merge", "evidence", "isState"] } as const;
const nameKind = {
  is: "text",
  pattern: /^[A-Za-z0-9][A-Za-z0-9.:-]{0,59}$/,
  expected: "1 to 60 letters, digits, '-', '.', ':'",
} as const;
/** Each guard takes its part of the error, so that many find nothing. */
const mostGuards = 20;

/** Checks the guards, signals and benefits of a rollout. Throws `InvalidOptionError`. */
export function checkGuards(option: string, guards: readonly Guard[]): void {
  if (!Array.isArray(guards) || guards.length === 0 || guards.length > mostGuards)
    throw new InvalidOptionError(option, guards, `1 to ${mostGuards} guards`);
  guards.forEach((guard: Guard, at) => {
    readOption(guardKind, `${option}[${at}]`, guard);
    readOption(nameKind, `${option}[${at}].name`, guard.name);
    if (guards.findIndex(({ name }: Guard) => name === guard.name) !== at)
      throw new InvalidOptionError(`${option}[${at}].name`, guard.name, "a name that no other guard has");
    readOption({ is: "choice", of: ["guard", "signal", "benefit"] }, `${option}[${at}].kind`, guard.kind);
  });
  if (!guards.some(({ kind }) => kind === "guard"))
    throw new InvalidOptionError(
      option,
      guards,
      'given at least one of kind "guard": nothing else rolls back',
    );
}
