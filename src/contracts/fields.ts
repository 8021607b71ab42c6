type Plain = string | number | boolean | undefined;

/** Ways in which a value of a type can be described. */
type Shape<V> = V extends string
  ? { readonly kind: "text" | "name" | "date" | "permission" }
  : V extends number
    ? { readonly kind: "number" | "amount" | "probability" }
    : V extends boolean
      ? { readonly kind: "flag" | "permission" }
      : V extends readonly (infer One)[]
        ? [One] extends [Plain]
          ? { readonly kind: "flat" | "data" }
          :
              | { readonly kind: "data" }
              | { readonly kind: "list"; readonly of: FieldsOf<One>; readonly least?: number }
        :
            | { readonly kind: "data" }
            | (string extends keyof V ? never : { readonly kind: "record"; readonly of: FieldsOf<V> })
            | ([V[keyof V]] extends [Plain] ? { readonly kind: "flat" } : never);

/**
 * Description of one field of a record. `name`: text that is not empty. `amount`: a number of at least 0. `number` may be
 * null in JSON, which has no other word for one that is not finite. `probability`: above 0, at most 1. `permission`: true or
 * a reason. `flat`: an object or array that holds no other. `data`: one that holds what it wants.
 */
export type FieldOf<V> = Shape<NonNullable<V>> & {
  readonly needed?: undefined extends V ? never : true;
} & Omit<Field, "kind" | "of" | "least" | "needed">;

/** Description of a record: of each of its fields. One that is missing, or of another type, does not compile. */
export type FieldsOf<T> = { readonly [Key in keyof T]-?: FieldOf<T[Key]> };

/** A field of any record. */
export interface Field {
  readonly kind:
    | "text"
    | "name"
    | "date"
    | "permission"
    | "number"
    | "amount"
    | "probability"
    | "flag"
    | "flat"
    | "data"
    | "record"
    | "list";
  /** The fields of a record, or of each record in a list. */
  readonly of?: Fields;
  /** Smallest length of a list. */
  readonly least?: number;
  /** A reader refuses a record without it. */
  readonly needed?: true;
  /** Words for what is expected, in errors about it or what it holds. Default: by the kind. */
  readonly expected?: string;
  /** The same object for all requests of a router: a log keeps its text. */
  readonly constant?: true;
  /** It can name someone: a log can write a keyed hash in its place. */
  readonly personal?: true;
}

/** Description of any record. */
export type Fields = Readonly<Record<string, Field>>;

/** A record with each field named, also those that are undefined: a forgotten one does not compile. */
export type Whole<T> = { readonly [Key in keyof Required<T>]: T[Key] };
