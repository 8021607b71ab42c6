import { isRouterError, type RouterErrorCode } from "../src/contracts/index.ts";
import type { Environment } from "../src/index.ts";
import { paint } from "./paint.ts";

/** Codes of errors that the caller can correct in the input, the command line or the environment. */
const badInput: ReadonlySet<RouterErrorCode> = new Set<RouterErrorCode>([
  "invalid-option",
  "invalid-request",
  "missing-configuration",
  "missing-dependency",
  "outcome-format",
]);

/** Returns 2 for bad input or usage, else 1. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return isRouterError(error) && badInput.has(error.code) ? 2 : 1;
}

/** Formats an error as one line; with `DEBUG` set, followed by the stack. */
export function showError(error: unknown, env: Environment): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  const lines = [`${paint("red", "switchpoint:")} ${oneLine(message)}`];
  if (env["DEBUG"] && error instanceof Error && error.stack !== undefined) lines.push(error.stack);
  return `${lines.join("\n")}\n`;
}

/** Returns a text with its line breaks as spaces. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, (space) => (space.includes("\n") ? " " : space));
}
