import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type Schema, Validator } from "@cfworker/json-schema";
import type { Manifest } from "./check-manifests.ts";

interface Published {
  readonly apiVersion: string;
  /** Schemas of the resource definitions, by kind. */
  readonly kinds: Readonly<Record<string, Schema>>;
  /** Names that the trigger `metrics-api` reads from its metadata, which have no schema. */
  readonly metricsApi: readonly string[];
}

const file = new URL("../fixtures/schemas/keda.json.gz", import.meta.url);
const published = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Published;

export const isOfKeda = ({ apiVersion }: Manifest): boolean => apiVersion.startsWith("keda.sh/");

/**
 * Compares an object with the schema of its resource definition in KEDA 2.21.0 (the fixture says where it comes from).
 * Unknown fields are errors, as an API server has them with strict validation; so are unknown names of a trigger of `metrics-api`.
 */
export function checkKeda(manifest: Manifest): readonly string[] {
  const { apiVersion, kind } = manifest;
  const schema = published.kinds[kind];
  if (apiVersion !== published.apiVersion || schema === undefined)
    return [`${apiVersion} ${kind}: no such kind`];
  const { errors } = new Validator(strict(schema), "2019-09", false).validate(manifest);
  return [
    ...errors.map(({ instanceLocation, error }) => `${kind} ${instanceLocation}: ${error}`),
    ...unknownNames(manifest),
  ];
}

function unknownNames({ spec }: Manifest): readonly string[] {
  const { triggers = [] } = spec as {
    readonly triggers?: readonly { readonly type: string; readonly metadata: object }[];
  };
  return triggers
    .filter(({ type }) => type === "metrics-api")
    .flatMap(({ metadata }) => Object.keys(metadata))
    .filter((name) => !published.metricsApi.includes(name))
    .map((name) => `metrics-api reads no ${name}`);
}

/** Returns a schema by which an object has the fields that are named, and no others. Metadata are the API's own. */
function strict(schema: Schema): Schema {
  const { properties, items, additionalProperties } = schema;
  const inner = properties as Readonly<Record<string, Schema>> | undefined;
  const isClosed = inner !== undefined && additionalProperties === undefined;
  return {
    ...schema,
    ...(inner && {
      properties: Object.fromEntries(Object.entries(inner).map(([name, one]) => [name, strict(one)])),
    }),
    ...(isClosed && { additionalProperties: false }),
    ...(typeof items === "object" && !Array.isArray(items) && { items: strict(items as Schema) }),
  };
}
