import { InvalidOptionError, notShown } from "../../contracts/errors/index.ts";
import { longestTimerMs } from "../longest-timer.ts";
import { nearestName } from "./nearest-name.ts";
import { describeRange, isWithin, type NumberRange } from "./number-range.ts";
import type {
  AnyOption,
  AnyOptions,
  IdsKind,
  ListKind,
  NumberKind,
  ObjectKind,
  OptionValue,
  TextKind,
} from "./option-kind.ts";
import type { FilledOptions, OptionTable } from "./option-table.ts";

/**
 * Reads options by their table: checks each once and fills in defaults. `undefined` counts as left out. Throws
 * `InvalidOptionError` with option, value and allowed values; an option that is not known is refused, and its value
 * not shown, which may be that of a misspelt `apiKey`. `owner`: name of the function, or path of the group of options;
 * `path` stands before the names of options where it is not the owner.
 */
export function readOptions<
  Options extends object,
  Open extends keyof Options,
  Given extends { readonly [Key in keyof Options]?: unknown },
>(
  owner: string,
  table: OptionTable<Options, Open>,
  given: Given,
  path: string = owner,
): FilledOptions<Given, Open> {
  const options = table as AnyOptions;
  refuseUnknown(owner, given, Object.keys(options));
  return readFields(options, given as Fields, path) as FilledOptions<Given, Open>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Throws `InvalidOptionError` unless the value is an object whose keys are all known. */
export function refuseUnknown(owner: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new InvalidOptionError(owner, given, "an object of options");
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const meant = nearestName(key, known);
    const expected = `absent: known options are ${known.join(", ")}`;
    throw new InvalidOptionError(
      `${owner}.${key}`,
      notShown,
      meant === undefined ? expected : `${expected}. Did you mean ${meant}?`,
    );
  }
}

/** Reads the fields of a table; others are not looked at. `strict`: tables within it refuse what is not known. */
export function readFields(table: AnyOptions, given: Fields, path: string, strict = true): Fields {
  const read: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(table)) {
    // Each is read once: it may be a getter.
    const value = given[key];
    if (value === undefined) {
      if (option.default !== undefined) read[key] = option.default;
      if (option.default !== undefined || option.optional === true) continue;
    }
    read[key] = readValue(option, path === "" ? key : `${path}.${key}`, value, strict);
  }
  return read;
}

/**
 * Reads one value that stands in no table: an argument, or an option that depends on another one. Throws
 * `InvalidOptionError` with `path` as its name.
 */
export function readOption<const Kind extends AnyOption>(
  kind: Kind,
  path: string,
  value: unknown,
): OptionValue<Kind> {
  return readValue(kind, path, value) as OptionValue<Kind>;
}

/** Returns the value, or a copy, if it is of the kind. Throws `InvalidOptionError`. */
export function readValue(kind: AnyOption, path: string, value: unknown, strict = true): unknown {
  switch (kind.is) {
    case "any":
      return value;
    case "checked":
      return kind.check(path, value as never);
    case "number":
    case "share":
    case "duration": {
      const range = rangeOf(kind);
      return isWithin(value, range) ? value : refuse(kind, path, value, describeRange(range));
    }
    case "boolean":
      return typeof value === "boolean" ? value : refuse(kind, path, value, "true or false");
    case "text":
      return isText(kind, value) ? value : refuse(kind, path, value, "a non-empty string");
    case "choice":
      return kind.of.includes(value) ? value : refuse(kind, path, value, listed(kind.of));
    case "function":
      return typeof value === "function" ? value : refuse(kind, path, value, "a function");
    case "object":
      return readObject(kind, path, value);
    case "list":
      return readList(kind, path, value, strict);
    case "ids":
      return readIds(kind, path, value);
    case "record": {
      if (!isObject(value)) return refuse(kind, path, value, "an object");
      const entries = Object.entries(value);
      return Object.fromEntries(
        entries.map(([key, one]) => [key, readValue(kind.of, `${path}.${key}`, one, strict)]),
      );
    }
    case "table":
      if (strict) refuseUnknown(path, value, Object.keys(kind.of));
      return readFields(kind.of, isObject(value) ? value : {}, path, strict);
  }
}

function refuse({ expected, secret }: AnyOption, path: string, value: unknown, usual: string): never {
  throw new InvalidOptionError(path, secret ? notShown : value, expected ?? usual);
}

/** Returns the numbers that an option may be. */
export function rangeOf({ is, min, above, max, below, integer }: NumberKind): NumberRange {
  const low = min ?? above;
  const high = max ?? below;
  if (is === "share")
    return { min: low === undefined ? 0 : min, above, max: high === undefined ? 1 : max, below };
  if (is === "duration")
    return {
      min: low === undefined ? 1 : min,
      above,
      max: high === undefined ? longestTimerMs : max,
      integer,
    };
  return { min, above, max, below, integer };
}

function isText({ empty, max = Number.POSITIVE_INFINITY, pattern }: TextKind, value: unknown): boolean {
  if (typeof value !== "string" || value.length > max) return false;
  if (!empty && value.trim() === "") return false;
  return pattern === undefined || pattern.test(value);
}

/** Returns texts as people list them: `"a", "b" or "c"`. */
export function listed(of: readonly unknown[]): string {
  const shown = of.map((one) => JSON.stringify(one));
  return [shown.slice(0, -1).join(", "), ...shown.slice(-1)].filter((part) => part !== "").join(" or ");
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readObject(kind: ObjectKind, path: string, value: unknown): unknown {
  const { methods, named = [] } = kind;
  const isFit =
    typeof value === "object" &&
    value !== null &&
    methods.every((name) => typeof (value as Fields)[name] === "function");
  if (!isFit)
    return refuse(kind, path, value, `an object with ${methods.map((name) => `${name}()`).join(" and ")}`);
  for (const name of named) readValue({ is: "text" }, `${path}.${name}`, (value as Fields)[name]);
  return value;
}

function readList(kind: ListKind<AnyOption>, path: string, value: unknown, strict: boolean): unknown {
  const { of, min = 0, max = Number.POSITIVE_INFINITY, orOne } = kind;
  if (orOne && !Array.isArray(value)) return readList(kind, path, [value], strict);
  if (!Array.isArray(value) || value.length < min || value.length > max)
    return refuse(kind, path, value, describeLength(min, max));
  // A hole is an entry that is missing.
  return Array.from(value, (one, at) => readValue(of, `${path}[${at}]`, one, strict));
}

function describeLength(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? "an array" : `an array of at least ${min}`;
  return min === 0 ? `an array of at most ${max}` : `an array of ${min} to ${max}`;
}

function readIds(kind: IdsKind, path: string, value: unknown): unknown {
  if (!Array.isArray(value) || value.length < (kind.min ?? 0))
    return refuse(kind, path, value, "an array of model ids");
  if (value.length === 0) throw new InvalidOptionError(path, value, "given at least one model id");
  return Array.from(value as readonly unknown[], (id, at) => {
    readValue({ is: "text" }, `${path}[${at}]`, id);
    if (value.indexOf(id) !== at)
      throw new InvalidOptionError(`${path}[${at}]`, id, "an id that is not there already");
    return id;
  });
}
