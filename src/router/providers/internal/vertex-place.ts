import { InvalidOptionError } from "../../../contracts/index.ts";

/** Throws `InvalidOptionError` for a project or location of Vertex AI that could name another host or path. */
export function checkVertexPlace(owner: string, project: unknown, location: unknown): void {
  if (typeof project !== "string" || !/^[a-zA-Z0-9][a-zA-Z0-9.:-]{0,99}$/.test(project))
    throw new InvalidOptionError(`${owner}.project`, project, "the id of a Google Cloud project");
  if (location !== undefined && !(typeof location === "string" && /^[a-z0-9-]{1,40}$/.test(location)))
    throw new InvalidOptionError(`${owner}.location`, location, 'a location, for instance "europe-west4"');
}

/** Returns the host of a location: a region, `us` or `eu`, or `global`. */
export function vertexHost(location: string): string {
  if (location === "global") return "aiplatform.googleapis.com";
  if (location === "us" || location === "eu") return `aiplatform.${location}.rep.googleapis.com`;
  return `${location}-aiplatform.googleapis.com`;
}
