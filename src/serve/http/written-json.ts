import { type JsonPath, jsonPlaces, replacedAt } from "../../plugin/json-places.ts";

/** A JSON text whose values are read as they are written: no number and no order of keys changes. */
export interface WrittenJson {
  /** Returns the text of a value. Undefined if it is not there, or is deeper than what was read. */
  at(...path: JsonPath): string | undefined;
  /** Returns the text of an object with other texts for those of its fields that it has. */
  with(path: JsonPath, fields: Readonly<Record<string, string>>): string;
}

/** Reads a text; `wants` says which values below the first level are needed. */
export function writtenJson(text: string, wants: (path: JsonPath) => boolean): WrittenJson {
  const { found } = jsonPlaces(text, (path) => path.length <= 1 || wants(path));
  const places = new Map(found.map(({ path, place }) => [JSON.stringify(path), place]));
  const placeOf = (path: JsonPath) => places.get(JSON.stringify(path));
  return {
    at(...path) {
      const place = placeOf(path);
      return place && text.slice(place.from, place.to);
    },
    with(path, fields) {
      const { from, to } = placeOf(path) ?? { from: 0, to: 0 };
      const changes = Object.entries(fields).flatMap(([name, other]) => {
        const place = placeOf([...path, name]);
        return place === undefined
          ? []
          : [{ place: { from: place.from - from, to: place.to - from }, text: other }];
      });
      return replacedAt(text.slice(from, to), changes);
    },
  };
}
