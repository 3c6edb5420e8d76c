// Starts the browsable description of the API (swagger-ui) on /api/docs.
window.SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#api', deepLinking: true, docExpansion: 'list', defaultModelsExpandDepth: 0, persistAuthorization: false, validatorUrl: null })
