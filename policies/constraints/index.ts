export { except } from "./except.ts";
export { only } from "./only.ts";
