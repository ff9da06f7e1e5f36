// The browsable description of the API: the reader that comes with the OpenAPI project, over our own /openapi.json.
import 'swagger-ui-dist/swagger-ui.css'

import SwaggerUIBundle from 'swagger-ui-dist/swagger-ui-es-bundle.js'

SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  requestInterceptor: (request: { headers: Record<string, string> }) => {
    request.headers['X-Requested-With'] = 'jiujinban'
    return request
  },
})
