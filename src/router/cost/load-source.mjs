import { rolldown } from "rolldown";

/** Imports a module that is written in TypeScript, by its path from here, which Node 20 cannot run. */
export async function loadSource(name) {
  const bundle = await rolldown({ input: new URL(name, import.meta.url).pathname, platform: "node" });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  return import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString("base64")}`);
}
