// swagger-ui-dist ships no types; this is all of it that we use.
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  export default function SwaggerUIBundle(options: Record<string, unknown>): unknown
}
