import { RouterError } from "./router-error.ts";

/** Stands in for a value that may be a secret: the message of an `InvalidOptionError` then shows none. */
export const notShown: unique symbol = Symbol("notShown");

/** Thrown at construction when an option is out of range. */
export class InvalidOptionError extends RouterError {
  /** Path of the option, for instance `threshold.at`. */
  readonly option: string;
  /** Description of the values that are allowed. */
  readonly expected: string;

  constructor(option: string, value: unknown, expected: string, options?: ErrorOptions) {
    super("invalid-option", describe(option, value, expected), options);
    this.option = option;
    this.expected = expected;
  }

  static {
    InvalidOptionError.prototype.name = "InvalidOptionError";
  }
}

function describe(option: string, value: unknown, expected: string): string {
  if (value === notShown) return `${option} must be ${expected}`;
  const got = value === undefined ? "but it is missing" : `got ${show(value)}`;
  return `${option} must be ${expected}, ${got}`;
}

/** Renders a value for an error message: short, and never a long or nested text. */
function show(value: unknown): string {
  if (typeof value === "string")
    return value.length <= 60 ? JSON.stringify(value) : `a string of ${value.length} characters`;
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol" || typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return Array.isArray(value) ? `an array of ${value.length}` : "an object";
  } catch {
    // A proxy that was revoked.
    return "an object";
  }
}
