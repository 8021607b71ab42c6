import { InvalidOptionError, notShown } from "../../contracts/errors/index.ts";
import { type Fields, fieldsOf, isObject } from "../fields-of.ts";
import { describeKind, rangeOf } from "./describe-kind.ts";
import { nearestName } from "./nearest-name.ts";
import { isWithin } from "./number-range.ts";
import type {
  AnyOption,
  AnyOptions,
  IdsKind,
  ListKind,
  ObjectKind,
  OptionValue,
  PlainKind,
  TextKind,
} from "./option-kind.ts";
import type { FilledOptions, OptionTable } from "./option-table.ts";

/**
 * Reads options by their table: checks each once and fills in defaults. `undefined` counts as left out. Throws
 * `InvalidOptionError` with option, value and allowed values; an option that is not known is refused, and its value
 * not shown, which may be that of a misspelt `apiKey`. `owner`: name of the function, or path of the group of options;
 * `path` precedes the names of options where it is not the owner.
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
  // Not a list of entries: making one for each group of options takes as long as all checks.
  for (const key in table) {
    const option = table[key] as AnyOption;
    // Each is read once: it may be a getter. What every object has is not given: an id may be `constructor`.
    let value = given[key];
    if (value !== undefined && key in Object.prototype && !Object.hasOwn(given, key)) value = undefined;
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
    case "list":
      return readList(kind, path, value, strict);
    case "tuple":
      if (!Array.isArray(value) || value.length !== kind.of.length) return refuse(kind, path, value);
      return kind.of.map((one, at) => readValue(one, `${path}[${at}]`, value[at], strict));
    case "ids":
      return readIds(kind, path, value);
    case "record": {
      if (!isObject(value)) return refuse(kind, path, value);
      const entries = Object.entries(value);
      return Object.fromEntries(
        entries.map(([key, one]) => [key, readValue(kind.of, `${path}.${key}`, one, strict)]),
      );
    }
    case "table":
      if (strict) refuseUnknown(path, value, Object.keys(kind.of));
      return readFields(kind.of, fieldsOf(value), path, strict);
    case "object":
      if (!hasMethods(kind, value)) return refuse(kind, path, value);
      for (const name of kind.named ?? []) readValue({ is: "text" }, `${path}.${name}`, value[name]);
      return value;
    default:
      return isOf(kind, value) ? value : refuse(kind, path, value);
  }
}

function isOf(kind: PlainKind, value: unknown): boolean {
  switch (kind.is) {
    case "boolean":
    case "function":
      return typeof value === kind.is;
    case "text":
      return isText(kind, value);
    case "choice":
      return kind.of.includes(value);
    default:
      return isWithin(value, rangeOf(kind));
  }
}

function refuse(kind: AnyOption, path: string, value: unknown): never {
  throw new InvalidOptionError(path, kind.secret ? notShown : value, describeKind(kind));
}

function isText({ empty, max = Number.POSITIVE_INFINITY, pattern }: TextKind, value: unknown): boolean {
  if (typeof value !== "string" || value.length > max) return false;
  return (empty || value.trim() !== "") && (pattern === undefined || pattern.test(value));
}

/** Listeners are functions that have methods. */
function hasMethods({ methods }: ObjectKind, value: unknown): value is Fields {
  const isHolder = typeof value === "function" || (typeof value === "object" && value !== null);
  return isHolder && methods.every((name) => typeof (value as unknown as Fields)[name] === "function");
}

function readList(kind: ListKind<AnyOption>, path: string, value: unknown, strict: boolean): unknown {
  const { of, min = 0, max = Number.POSITIVE_INFINITY, orOne } = kind;
  if (orOne && !Array.isArray(value)) return readList(kind, path, [value], strict);
  if (!Array.isArray(value) || value.length < min || value.length > max) return refuse(kind, path, value);
  // A hole is an entry that is missing.
  return Array.from(value, (one, at) => readValue(of, `${path}[${at}]`, one, strict));
}

function readIds(kind: IdsKind, path: string, value: unknown): unknown {
  if (!Array.isArray(value) || value.length < (kind.min ?? 0)) return refuse(kind, path, value);
  if (value.length === 0) throw new InvalidOptionError(path, value, "given at least one model id");
  return Array.from(value as readonly unknown[], (id, at) => {
    readValue({ is: "text" }, `${path}[${at}]`, id);
    if (value.indexOf(id) !== at)
      throw new InvalidOptionError(`${path}[${at}]`, id, "an id that is not there already");
    return id;
  });
}
