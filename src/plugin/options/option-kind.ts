import type { NumberRange } from "./number-range.ts";

/**
 * Kind of the values of an option, as plain data. `expected` replaces the description of the allowed values in errors and
 * in the reference: it follows "must be".
 */
export type OptionKind<Value> =
  | AnyKind
  | CheckedKind<Value>
  | ([Value] extends [number] ? (number extends Value ? NumberKind : ChoiceKind<Value>) : never)
  | ([Value] extends [boolean] ? BooleanKind : never)
  | ([Value] extends [string] ? (string extends Value ? TextKind : ChoiceKind<Value>) : never)
  | ([Value] extends [(...given: never) => unknown] ? FunctionKind : never)
  | ListOf<Extract<Value, readonly unknown[]>>
  | ([Value] extends [object]
      ? ObjectKind | RecordKind<OptionKind<NonNullable<Value[keyof Value]>>> | TableKind<FieldTable<Value>>
      : never);

type ListOf<List> = List extends readonly (infer Item)[]
  ? number extends List["length"]
    ? ListKind<OptionKind<Item>> | IdsKind
    : TupleKind<{ readonly [At in keyof List]: OptionKind<List[At]> }>
  : never;

interface Described {
  readonly expected?: string | undefined;
  /** True if errors must not show a wrong value: it may be a secret. */
  readonly secret?: true | undefined;
}

/** Any value: what it must be depends on other options, and is checked after them. */
export interface AnyKind extends Described {
  readonly is: "any";
}

/** A value with a check of its own, which returns it or a copy, or throws `InvalidOptionError`. */
export interface CheckedKind<Value> extends Described {
  readonly is: "checked";
  check(path: string, value: never): Value;
}

/**
 * A finite number. `share`: in [0, 1] unless its range says otherwise. `duration`: milliseconds that a timer can wait,
 * in [1, 2,147,483,647] unless its range says otherwise.
 */
export interface NumberKind extends Described, NumberRange {
  readonly is: "number" | "share" | "duration";
}

/** `true` or `false`, and nothing that counts as either. */
export interface BooleanKind extends Described {
  readonly is: "boolean";
}

/** A text that is not empty, unless `empty` permits it. */
export interface TextKind extends Described {
  readonly is: "text";
  readonly empty?: true | undefined;
  /** Largest number of characters. */
  readonly max?: number | undefined;
  readonly pattern?: RegExp | undefined;
}

/** One of some values. */
export interface ChoiceKind<Value> extends Described {
  readonly is: "choice";
  readonly of: readonly Value[];
}

export interface FunctionKind extends Described {
  readonly is: "function";
}

/** An object with methods; with `named` also with texts of these names, such as `name`. */
export interface ObjectKind extends Described {
  readonly is: "object";
  readonly methods: readonly string[];
  readonly named?: readonly string[] | undefined;
}

/** An array, of which a copy is read. */
export interface ListKind<Of> extends Described {
  readonly is: "list";
  readonly of: Of;
  /** Smallest and largest number of entries. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** True if a single entry may stand for a list of one: it is read as such a list. */
  readonly orOne?: true | undefined;
}

/** An array of as many entries as there are kinds, each of its own, of which a copy is read. */
export interface TupleKind<Of> extends Described {
  readonly is: "tuple";
  readonly of: Of;
}

/** An array of different ids, at least one. */
export interface IdsKind extends Described {
  readonly is: "ids";
  /** Smallest number of ids. */
  readonly min?: number | undefined;
}

/** An object whose keys are names of the user, of which a copy is read. */
export interface RecordKind<Of> extends Described {
  readonly is: "record";
  readonly of: Of;
}

/**
 * An object with options, or fields, of its own. In options a key that is not known is refused, in exported state it is
 * left out.
 */
export interface TableKind<Of> extends Described {
  readonly is: "table";
  readonly of: Of;
}

/** Kinds of the fields of an object: those that its type leaves out are optional or have a default. */
export type FieldTable<Value> = {
  readonly [Key in keyof Value]-?: OptionKind<NonNullable<Value[Key]>> &
    (Record<never, never> extends Pick<Value, Key>
      ? Optional | WithDefault<NonNullable<Value[Key]>>
      : Required);
};

export interface Required {
  readonly optional?: undefined;
  readonly default?: undefined;
}

export interface Optional {
  readonly optional: true;
  readonly default?: undefined;
}

export interface WithDefault<Value> {
  readonly optional?: undefined;
  readonly default: Value;
}

/** Kinds whose values hold no others. */
export type PlainKind = NumberKind | BooleanKind | TextKind | ChoiceKind<unknown> | FunctionKind;

/** Any of the kinds, as the checker reads it. */
export type AnyOption = (
  | AnyKind
  | CheckedKind<unknown>
  | PlainKind
  | ObjectKind
  | IdsKind
  | ListKind<AnyOption>
  | TupleKind<readonly AnyOption[]>
  | RecordKind<AnyOption>
  | TableKind<AnyOptions>
) & { readonly optional?: true | undefined; readonly default?: unknown };

export type AnyOptions = Readonly<Record<string, AnyOption>>;

/** Type of the values of a kind, as far as the kind says it. */
export type OptionValue<Kind> = Kind extends NumberKind
  ? number
  : Kind extends TextKind
    ? string
    : Kind extends BooleanKind
      ? boolean
      : Kind extends ChoiceKind<infer Value>
        ? Value
        : Kind extends CheckedKind<infer Value>
          ? Value
          : Kind extends IdsKind
            ? readonly string[]
            : Kind extends ListKind<infer Of>
              ? readonly OptionValue<Of>[]
              : unknown;
