import { InvalidRequestError } from "../../../contracts/index.ts";
import { fieldsOfGateways } from "../../../plugin/foreign-fields.ts";
import { countKeys, type JsonPath, jsonPlaces, type Place, replacedAt } from "../../../plugin/json-places.ts";
import { routingFields } from "../../../plugin/routing-fields.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A body as its sender wrote it, whose parts are replaced in place so that the rest stays byte for byte. */
export interface NativeBody {
  readonly text: string;
  readonly fields: Fields;
  /** Returns the place of a value that was wanted. */
  place(path: JsonPath): Place | undefined;
}

/** Reads a body. `wants` says which places below the first level are needed. Throws `InvalidRequestError`. */
export function readNativeBody(given: string, wants: (path: JsonPath) => boolean): NativeBody {
  const fields = parsed(given);
  const wanted = (path: JsonPath) => path.length <= 1 || wants(path);
  let text = given;
  let places = jsonPlaces(text, wanted);
  // Of a key that occurs twice the first value could count elsewhere, which no constraint has seen.
  if (places.keys !== countKeys(fields)) {
    text = JSON.stringify(fields);
    places = jsonPlaces(text, wanted);
  }
  const byPath = new Map(places.found.map(({ path, place }) => [JSON.stringify(path), place]));
  return { text, fields, place: (path) => byPath.get(JSON.stringify(path)) };
}

function parsed(text: string): Fields {
  try {
    return JSON.parse(text) as Fields;
  } catch {
    // No cause: the parser's message quotes the text.
    throw new InvalidRequestError("native.text", "must be a JSON object");
  }
}

/** A change of a body: the new value of a field, or undefined to leave it out. */
export type FieldChanges = Readonly<Record<string, unknown>>;

/** Returns changes that leave out the fields of the router, which no provider gets, those of gateways, and these. */
export function without(...names: readonly string[]): FieldChanges {
  return Object.fromEntries(
    [...routingFields, ...fieldsOfGateways, ...names].map((name) => [name, undefined]),
  );
}

/** A part within a field that is replaced by another text. */
export interface PartChange {
  readonly place: Place;
  readonly text: string;
}

/** Returns the text of a body with other fields and other parts. A part in a field that is replaced does not count. */
export function changedBody(
  { text, place, fields }: NativeBody,
  changes: FieldChanges,
  parts: readonly PartChange[] = [],
): string {
  const left = Object.keys(changes).filter(
    (name) => changes[name] === undefined && Object.hasOwn(fields, name),
  );
  if (left.length > 0) return withoutFields({ text, place, fields }, changes, parts);
  const replaced: PartChange[] = [];
  const added: string[] = [];
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    const at = place([name]);
    if (at === undefined) added.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
    else replaced.push({ place: at, text: JSON.stringify(value) });
  }
  const kept = parts.filter(
    (part) => !replaced.some(({ place: { from, to } }) => part.place.from >= from && part.place.to <= to),
  );
  const result = replacedAt(text, [...replaced, ...kept]);
  if (added.length === 0) return result;
  const isEmpty = Object.keys(fields).length === 0;
  return `${result.slice(0, result.lastIndexOf("}"))}${isEmpty ? "" : ","}${added.join(",")}}`;
}

/** Writes all fields again, since a comma goes with each that is left out. Their values stay byte for byte. */
function withoutFields(body: NativeBody, changes: FieldChanges, parts: readonly PartChange[]): string {
  const written: string[] = [];
  const write = (name: string, text: string) => written.push(`${JSON.stringify(name)}:${text}`);
  const ordered = [...parts].sort((a, b) => a.place.from - b.place.from);
  let next = 0;
  // In the order of the text: fields and parts may both be many, and each part is looked at once.
  for (const { name, at } of placedFields(body)) {
    const inside: PartChange[] = [];
    for (let part = ordered[next]; part !== undefined && part.place.to <= at.to; part = ordered[next]) {
      const { from, to } = part.place;
      inside.push({ place: { from: from - at.from, to: to - at.from }, text: part.text });
      next += 1;
    }
    if (!Object.hasOwn(changes, name)) write(name, replacedAt(body.text.slice(at.from, at.to), inside));
    else if (changes[name] !== undefined) write(name, JSON.stringify(changes[name]));
  }
  for (const [name, value] of Object.entries(changes))
    if (value !== undefined && !Object.hasOwn(body.fields, name)) write(name, JSON.stringify(value));
  return `{${written.join(",")}}`;
}

function placedFields({
  fields,
  place,
}: NativeBody): readonly { readonly name: string; readonly at: Place }[] {
  const placed = Object.keys(fields).flatMap((name) => {
    const at = place([name]);
    return at === undefined ? [] : [{ name, at }];
  });
  return placed.sort((a, b) => a.at.from - b.at.from);
}
