import ts from "typescript";
import { root } from "./package-sources.ts";

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
  const file = `${root}test/manifests.virtual.ts`;
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    lib: ["lib.es2022.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, languageVersion, ...rest) =>
    name === file
      ? ts.createSourceFile(name, code.join("\n"), languageVersion)
      : getSourceFile(name, languageVersion, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}
