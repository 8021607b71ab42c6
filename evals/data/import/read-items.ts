import type { ImportInput } from "../input/import-input.ts";
import { fieldOf } from "../input/json-values.ts";
import { readDocument } from "../input/read-document.ts";
import { type Fields, isObject } from "../outcomes/is-object.ts";
import { readJsonLines } from "../outcomes/read-json-lines.ts";
import { type Place, refuseAt } from "./import-format.ts";

export interface Item {
  readonly place: Place;
  readonly value: Fields;
}

/**
 * Reads the objects of an export: JSON lines, or one JSON value (`.json`) that is an array or holds one in a
 * field of `lists`; else it is one object.
 */
export async function* readItems(
  input: ImportInput,
  lists: readonly string[],
): AsyncGenerator<Item, void, void> {
  const file = input.name;
  if (input.extension !== ".json") {
    for await (const { line, value } of readJsonLines(input))
      yield* itemsIn(value, lists, (path) => ({ file, line, path }));
    return;
  }
  yield* itemsIn(await readDocument(input), lists, (path) => ({ file, line: 0, path }));
}

function* itemsIn(
  value: unknown,
  lists: readonly string[],
  placeOf: (path: string) => Place,
): Generator<Item, void, void> {
  const list = lists.find((field) => Array.isArray(fieldOf(value, field)));
  const items = list === undefined ? value : fieldOf(value, list);
  if (!Array.isArray(items)) {
    if (!isObject(value)) refuseAt(placeOf(""), "line", "must be a JSON object");
    yield { place: placeOf(""), value: value as Fields };
    return;
  }
  for (const [at, item] of items.entries()) {
    const place = placeOf(`${list ?? ""}[${at}].`);
    if (!isObject(item)) refuseAt(place, "item", "must be a JSON object");
    yield { place, value: item as Fields };
  }
}
