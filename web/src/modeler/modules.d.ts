// Libraries that bring no types of their own.
declare module "bpmn-js-create-append-anything";
declare module "diagram-js-minimap";
declare module "bpmn-js-token-simulation/lib/viewer";
