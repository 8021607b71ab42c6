/** For the project's other wings: no promise to users. */

export { nodeCall } from "./node-call.ts";
export { writeReply } from "./write-reply.ts";
