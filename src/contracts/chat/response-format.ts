import type { JsonSchema } from "./tools.ts";

/** The form of an answer: text, JSON that follows a schema, or just some JSON object. */
export type ResponseFormat =
  | { type: "text" }
  | { type: "json_object" }
  | {
      type: "json_schema";
      json_schema: {
        /** At most 64 characters of `[A-Za-z0-9_-]`. */
        name: string;
        /** What the answer is for: the model reads it. */
        description?: string | undefined;
        schema?: JsonSchema | undefined;
        /** True if the answer must follow the schema exactly. Default false. */
        strict?: boolean | null | undefined;
      };
    };
