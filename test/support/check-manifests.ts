import { compileCode } from "./compile-code.ts";

/** A document of a manifest: an object of the API of Kubernetes. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/**
 * Compares objects with the schemas that Kubernetes publishes (OpenAPI 1.30), as `kubernetes-types` has them: each is compiled
 * as a literal of its type, so that unknown fields, absent ones and wrong types are errors. Returns them.
 */
export function checkManifests(manifests: readonly Manifest[]): readonly string[] {
  const code = manifests.map((manifest, index) => {
    const [group = "", version] = manifest.apiVersion.includes("/")
      ? manifest.apiVersion.split("/")
      : ["core", manifest.apiVersion];
    const folder = group.split(".")[0];
    return [
      `import type { ${manifest.kind} as Kind${index} } from "kubernetes-types/${folder}/${version}";`,
      `export const manifest${index}: Kind${index} = ${JSON.stringify(manifest)};`,
    ].join("\n");
  });
  return compileCode(code.join("\n"));
}
