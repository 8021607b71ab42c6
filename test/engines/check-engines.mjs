// npm run check:engines: starts the program, which is TypeScript, without a build.
import { resolve } from "node:path";
import { createServer } from "vite";

const server = await createServer({
  root: resolve(import.meta.dirname, "../.."),
  configFile: false,
  appType: "custom",
  logLevel: "error",
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true, include: [] },
});
const { main } = await server.ssrLoadModule("/test/engines/main.ts");
const code = await main(process.argv.slice(2));
await server.close();
process.exit(code);
