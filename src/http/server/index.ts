/** The interface of `switchpoint/http` on a server of Node. */

export { type RunningServer, type ServeOptions, serve } from "./serve.ts";
