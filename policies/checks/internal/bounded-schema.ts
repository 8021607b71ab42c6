type Schema = Readonly<Record<string, unknown>>;

/**
 * Steps that one validation may take: a step is a schema at a value, one value that is compared, or a hundred characters or
 * ten names that are looked at.
 */
const mostSteps = 200_000;
/** Deepest nesting of schemas, references included. */
const deepest = 256;

/**
 * True if a value fits a JSON Schema, as far as these keywords say: `type`, `enum`, `const`, `properties`, `required`,
 * `additionalProperties`, `items`, `prefixItems`, `minItems`, `maxItems`, `minLength`, `maxLength`, `minimum`, `maximum`,
 * `exclusiveMinimum`, `exclusiveMaximum`, `minProperties`, `maxProperties`, `allOf`, `anyOf`, `oneOf`, `not`, and `$ref`
 * within the schema. Others say nothing: above all `pattern` and `format`, since the regular expression of a sender
 * could take any time. Undefined if it takes more than 200,000 steps or a nesting of more than 256. Runs everywhere.
 */
export function fitsBounded(schema: unknown, value: unknown): boolean | undefined {
  const walk: Walk = { root: schema, left: mostSteps, depth: 0 };
  try {
    return fits(schema, value, walk);
  } catch (error) {
    if (error === tooMuch) return undefined;
    throw error;
  }
}

interface Walk {
  readonly root: unknown;
  left: number;
  depth: number;
}

const tooMuch = new Error("more than the bounds of a validation");

/** Counts a step, and more for one that looks at much: a sender could name the same long text in every step. */
function step(walk: Walk, more = 0): void {
  walk.left -= 1 + more;
  if (walk.left < 0) throw tooMuch;
}

function fits(schema: unknown, value: unknown, walk: Walk): boolean {
  step(walk);
  if (typeof schema === "boolean") return schema;
  if (!isObject(schema)) return true;
  walk.depth += 1;
  if (walk.depth > deepest) throw tooMuch;
  const verdict =
    fitsType(schema["type"], value, walk) &&
    fitsValues(schema, value, walk) &&
    fitsNumber(schema, value) &&
    fitsText(schema, value, walk) &&
    fitsList(schema, value, walk) &&
    fitsObject(schema, value, walk) &&
    fitsOthers(schema, value, walk);
  walk.depth -= 1;
  return verdict;
}

function fitsType(type: unknown, value: unknown, walk: Walk): boolean {
  if (type === undefined) return true;
  if (Array.isArray(type)) step(walk, type.length / 10);
  return (Array.isArray(type) ? type : [type]).some((one) => isOfType(one, value));
}

function isOfType(type: unknown, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function fitsValues({ enum: all, const: one }: Schema, value: unknown, walk: Walk): boolean {
  if (one !== undefined && !isEqual(one, value, walk)) return false;
  return !Array.isArray(all) || all.some((allowed) => isEqual(allowed, value, walk));
}

function fitsNumber(schema: Schema, value: unknown): boolean {
  if (typeof value !== "number") return true;
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  if (typeof minimum === "number" && value < minimum) return false;
  if (typeof maximum === "number" && value > maximum) return false;
  if (typeof above === "number" && value <= above) return false;
  return !(typeof below === "number" && value >= below);
}

function fitsText({ minLength, maxLength }: Schema, value: unknown, walk: Walk): boolean {
  if (typeof value !== "string" || (minLength === undefined && maxLength === undefined)) return true;
  step(walk, value.length / 100);
  let length = 0;
  for (const _ of value) length += 1;
  return isBetween(length, minLength, maxLength);
}

function fitsList(schema: Schema, value: unknown, walk: Walk): boolean {
  if (!Array.isArray(value)) return true;
  const { items, prefixItems, minItems, maxItems } = schema;
  if (!isBetween(value.length, minItems, maxItems)) return false;
  const first: readonly unknown[] = Array.isArray(prefixItems) ? prefixItems : [];
  if (first.length === 0 && items === undefined) return true;
  return value.every((one, at) => fits(at < first.length ? first[at] : items, one, walk));
}

function fitsObject(schema: Schema, value: unknown, walk: Walk): boolean {
  if (!isObject(value)) return true;
  const { properties, required, additionalProperties: others, patternProperties } = schema;
  const keys = Object.keys(value);
  step(walk, keys.length / 10);
  if (!isBetween(keys.length, schema["minProperties"], schema["maxProperties"])) return false;
  for (const name of Array.isArray(required) ? required : []) {
    step(walk);
    if (!Object.hasOwn(value, String(name))) return false;
  }
  const known = isObject(properties) ? properties : {};
  // Which names a pattern takes is not known.
  const rest = patternProperties === undefined ? others : undefined;
  return keys.every((key) => fits(Object.hasOwn(known, key) ? known[key] : rest, value[key], walk));
}

function fitsOthers(schema: Schema, value: unknown, walk: Walk): boolean {
  const { allOf, anyOf, oneOf, not, $ref } = schema;
  if ($ref !== undefined && !fits(targetOf($ref, walk), value, walk)) return false;
  if (Array.isArray(allOf) && !allOf.every((one) => fits(one, value, walk))) return false;
  if (Array.isArray(anyOf) && !anyOf.some((one) => fits(one, value, walk))) return false;
  if (Array.isArray(oneOf) && oneOf.filter((one) => fits(one, value, walk)).length !== 1) return false;
  return not === undefined || !fits(not, value, walk);
}

/** Returns the schema that a reference within the document names; one that says nothing if there is none. */
function targetOf(reference: unknown, walk: Walk): unknown {
  if (typeof reference !== "string" || !/^#(?:\/|$)/.test(reference)) return true;
  step(walk, reference.length / 100);
  let target: unknown = walk.root;
  for (const part of reference.split("/").slice(1)) {
    step(walk);
    const key = decoded(part);
    const isKnown = typeof target === "object" && target !== null && Object.hasOwn(target, key);
    target = isKnown ? (target as Schema)[key] : undefined;
  }
  return target;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return part;
  }
}

function isBetween(length: number, least: unknown, most: unknown): boolean {
  return !(typeof least === "number" && length < least) && !(typeof most === "number" && length > most);
}

function isEqual(a: unknown, b: unknown, walk: Walk): boolean {
  step(walk);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, at) => isEqual(one, b[at], walk));
  if (typeof a === "string" && typeof b === "string" && a.length === b.length) step(walk, a.length / 100);
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  step(walk, keys.length / 10);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key], walk))
  );
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
