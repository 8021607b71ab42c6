/** Version 1.16 comes without declarations; it exports what onnxruntime-common declares. */
declare module "onnxruntime-node" {
  export * from "onnxruntime-common";
}
