import type { JsonSchema } from "./tools.ts";

/** Form of the answer: text, any JSON object, or JSON that follows a schema. */
export type ResponseFormat =
  | { type: "text" }
  | { type: "json_object" }
  | {
      type: "json_schema";
      json_schema: {
        /** Name of at most 64 characters of `[A-Za-z0-9_-]`. */
        name: string;
        /** Purpose of the answer, which the model reads. */
        description?: string | undefined;
        schema?: JsonSchema | undefined;
        /** True if the answer must follow the schema exactly. Default false. */
        strict?: boolean | null | undefined;
      };
    };
