import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** Entry points of the package (`switchpoint/policies`, `switchpoint/providers/*`) and their sources. */
export const entrySources: Readonly<Record<string, string>> = readEntrySources();

function readEntrySources(): Record<string, string> {
  const { name, exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, string | null>>;
  };
  const sources: Record<string, string> = {};
  for (const [entry, target] of Object.entries(exports)) {
    const source = /^\.\/dist\/(.+)\.js$/.exec(target ?? "")?.[1];
    if (source !== undefined) sources[name + entry.slice(1)] = `${root}${source}.ts`;
  }
  return sources;
}

/** Returns the source file of an import from the package; `undefined` for other packages. */
export function sourceOf(specifier: string): string | undefined {
  for (const [entry, source] of Object.entries(entrySources)) {
    const [head = "", tail] = entry.split("*");
    if (tail === undefined ? specifier === entry : specifier.startsWith(head))
      return source.replace("*", specifier.slice(head.length));
  }
  return undefined;
}
