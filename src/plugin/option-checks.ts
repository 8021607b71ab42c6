import { InvalidOptionError, notShown } from "../contracts/errors/index.ts";

/** Range of numbers that `checkNumber` accepts. */
export interface NumberRange {
  /** Smallest number. Default -Infinity; `Number.MIN_VALUE` means above 0. */
  readonly min?: number;
  /**
   * Largest number. Default: any finite one; Infinity allows infinite ones; `1 - Number.EPSILON` means
   * below 1.
   */
  readonly max?: number;
  readonly integer?: boolean;
}

/** Returns the number, or throws `InvalidOptionError` if it is NaN, infinite or out of range. */
export function checkNumber(option: string, value: unknown, range: NumberRange = {}): number {
  const { min = Number.NEGATIVE_INFINITY, max, integer = false } = range;
  const fits =
    typeof value === "number" &&
    value >= min &&
    value <= (max ?? Number.MAX_VALUE) &&
    (!integer || Number.isInteger(value));
  if (!fits) throw new InvalidOptionError(option, value, describeRange(min, max, integer));
  return value;
}

function describeRange(min: number, max: number | undefined, integer: boolean): string {
  const kind = integer ? "an integer" : "a number";
  const hasMin = min !== Number.NEGATIVE_INFINITY;
  if (hasMin && max !== undefined) return `${kind} in ${lowerEnd(min)}, ${upperEnd(max)}`;
  if (hasMin) return `${kind} ${min === Number.MIN_VALUE ? "above 0" : `of at least ${min}`}`;
  return max === undefined ? `a finite ${integer ? "integer" : "number"}` : `${kind} of at most ${max}`;
}

function lowerEnd(min: number): string {
  return min === Number.MIN_VALUE ? "(0" : `[${min}`;
}

function upperEnd(max: number): string {
  return max === 1 - Number.EPSILON ? "1)" : `${max}]`;
}

/** Returns the string, or throws `InvalidOptionError` if it is empty or not a string. */
export function checkText(option: string, value: unknown): string {
  if (typeof value !== "string" || value.trim() === "")
    throw new InvalidOptionError(option, value, "a non-empty string");
  return value;
}

/**
 * Throws `InvalidOptionError` unless there is at least one model id and all are different, non-empty
 * strings.
 */
export function checkIds(option: string, ids: readonly unknown[]): void {
  if (ids.length === 0) throw new InvalidOptionError(option, ids, "given at least one model id");
  ids.forEach((id, index) => {
    checkText(`${option}[${index}]`, id);
    if (ids.indexOf(id) !== index)
      throw new InvalidOptionError(`${option}[${index}]`, id, "an id that is not there already");
  });
}

/** Throws `InvalidOptionError` unless the value is an object with the named methods. */
export function checkMethods(option: string, value: unknown, methods: readonly string[]): void {
  const holder = value as Record<string, unknown> | null;
  const fits =
    typeof value === "object" &&
    holder !== null &&
    methods.every((name) => typeof holder[name] === "function");
  if (!fits)
    throw new InvalidOptionError(
      option,
      value,
      `an object with ${methods.map((name) => `${name}()`).join(" and ")}`,
    );
}

/**
 * Throws `InvalidOptionError` on the first key that is not known, so that a misspelt option is not taken for
 * an absent one. The message does not show its value, which may be that of a misspelt `apiKey`.
 */
export function checkKeys(owner: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new InvalidOptionError(owner, options, "an object of options");
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      const expected = `absent: known options are ${known.join(", ")}`;
      throw new InvalidOptionError(`${owner}.${key}`, notShown, expected);
    }
  }
}
