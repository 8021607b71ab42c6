/** Neither a project nor a location may name another host or path. */
export const projectOption = {
  is: "text",
  pattern: /^[a-zA-Z0-9][a-zA-Z0-9.:-]{0,99}$/,
  expected: "the id of a Google Cloud project",
} as const;

export const locationOption = {
  is: "text",
  pattern: /^[a-z0-9-]{1,40}$/,
  expected: 'a location, for instance "europe-west4"',
} as const;

/** Options of `google-auth-library`, which may hold a key. */
export const authOption = {
  is: "record",
  of: { is: "any" },
  secret: true,
  optional: true,
  expected: "an object of google-auth-library's options",
} as const;

/** Returns the host of a location: a region, `us` or `eu`, or `global`. */
export function vertexHost(location: string): string {
  if (location === "global") return "aiplatform.googleapis.com";
  if (location === "us" || location === "eu") return `aiplatform.${location}.rep.googleapis.com`;
  return `${location}-aiplatform.googleapis.com`;
}
