import {
  type Constraint,
  InvalidOptionError,
  type Labels,
  type RequestFacts,
} from "../../src/contracts/index.ts";
import { dropPromises, type OptionTable, readOptions } from "../../src/plugin/index.ts";
import { withAllText } from "./internal/with-all-text.ts";

/** A permitted value of a label, or several of which one must match. */
export type LabelValues = string | readonly string[];

/** Requirements of requests as plain data. Where several entries apply, each must hold. */
export interface BoundaryTable {
  /** Requirements by the request's `tenant`. */
  readonly byTenant?: Readonly<Record<string, LabelValues>> | undefined;
  /** Requirements by a label of the request: `{ data: { health: "on-prem" } }`. */
  readonly byLabel?: Readonly<Record<string, Readonly<Record<string, LabelValues>>>> | undefined;
  /** Requirement of requests to which no other entry applies. Default: none. */
  readonly otherwise?: LabelValues | undefined;
}

export interface BoundaryOptions {
  /** The model's label that is compared: `boundary`, `residency` … */
  readonly label: string;
  /**
   * Values for all requests; a table; or a function that returns the values which this request
   * requires, or `undefined` for none. The function is called for each model at each hop; if it returns
   * anything else, no model is permitted.
   *
   * Where the request has more text than `ask`, the function is called a second time with all of it as
   * `ask` (see `RequestText`), and both results hold: no word is missed because it is in the
   * middle of a long prompt, in a tool's output or in a system prompt. Images, binary files and words that
   * only the model can decode (base64, another language) stay unseen: use a tenant or label for those.
   */
  readonly required: LabelValues | BoundaryTable | ((request: RequestFacts) => LabelValues | undefined);
}

export const boundaryOptions: OptionTable<BoundaryOptions> = {
  label: { is: "text" },
  required: { is: "any", expected: "values, a table of them, or a function that returns them" },
};

const values = {
  is: "checked",
  check: checkValues,
  expected: "a non-empty string or an array of them",
} as const;

export const boundaryTable: OptionTable<BoundaryTable, "otherwise"> = {
  byTenant: { is: "record", of: values, default: {} },
  byLabel: { is: "record", of: { is: "record", of: values }, default: {} },
  otherwise: { ...values, optional: true },
};

/**
 * Permits only models whose label has a value that the request requires. Fails closed: a model without
 * the label is not permitted for requests that require one.
 */
export function boundary(options: BoundaryOptions): Constraint {
  const { label, required } = readOptions("boundary", boundaryOptions, options);
  const requirementsOf = readerOf(required);

  return {
    name: "boundary",
    permits({ facts }, { request }) {
      const requirements = requirementsOf(request);
      if (requirements === undefined) return `the required values of ${label} cannot be read`;
      const value = own(facts.labels, label);
      for (const permitted of requirements) {
        if (value === undefined || !permitted.includes(value))
          return `${label} is ${value ?? "not known"}, ${permitted.join(" or ")} is required`;
      }
      return true;
    },
  };
}

/** Lists of values; the model must have one of each list. `undefined` means that they cannot be read. */
type Requirements = readonly (readonly string[])[];
type Reader = (request: RequestFacts) => Requirements | undefined;

const none: Requirements = [];

function readerOf(required: BoundaryOptions["required"]): Reader {
  if (typeof required === "function") {
    const requirementsOf: Reader = (request) => {
      const given: unknown = required(request);
      if (given === undefined) return none;
      if (isValues(given)) return [listOf(given)];
      dropPromises(given);
      return undefined;
    };
    return (request) => {
      const inAsk = requirementsOf(request);
      const whole = withAllText(request);
      if (inAsk === undefined || whole === undefined) return inAsk;
      const anywhere = requirementsOf(whole);
      return anywhere && [...inAsk, ...anywhere];
    };
  }
  if (typeof required === "string" || Array.isArray(required)) {
    const always = [checkValues("boundary.required", required)];
    return () => always;
  }
  return tableReader(required as BoundaryTable);
}

function tableReader(table: BoundaryTable): Reader {
  const { byTenant, byLabel, otherwise } = readOptions("boundary.required", boundaryTable, table);
  // Maps, so that a tenant called `constructor` finds no inherited entry.
  const tenants = mapOf(byTenant);
  const labels = new Map(Object.entries(byLabel).map(([name, byValue]) => [name, mapOf(byValue)]));
  if (tenants.size === 0 && labels.size === 0 && otherwise === undefined)
    throw new InvalidOptionError("boundary.required", table, "given byTenant, byLabel or otherwise");
  const rest = otherwise === undefined ? none : [listOf(otherwise)];

  return ({ tenant, labels: given }) => {
    const found: (readonly string[])[] = [];
    const ofTenant = tenant === undefined ? undefined : tenants.get(tenant);
    if (ofTenant !== undefined) found.push(ofTenant);
    for (const [name, byValue] of labels) {
      const value = own(given, name);
      const ofLabel = value === undefined ? undefined : byValue.get(value);
      if (ofLabel !== undefined) found.push(ofLabel);
    }
    return found.length === 0 ? rest : found;
  };
}

function mapOf(table: Readonly<Record<string, LabelValues>>): ReadonlyMap<string, readonly string[]> {
  return new Map(Object.entries(table).map(([key, permitted]) => [key, listOf(permitted)]));
}

function checkValues(path: string, given: LabelValues): readonly string[] {
  if (!isValues(given)) throw new InvalidOptionError(path, given, values.expected);
  return listOf(given);
}

function isValues(given: unknown): given is LabelValues {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  return list.length > 0 && list.every((value) => typeof value === "string" && value !== "");
}

function listOf(given: LabelValues): readonly string[] {
  return typeof given === "string" ? [given] : [...given];
}

function own(labels: Labels, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}
