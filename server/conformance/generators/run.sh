#!/bin/sh
# Generates clients and models from the contract with other generators, compiles them, and validates requests with other
# validators. It needs Node.js, Python 3.11 and package registries, and installs everything into ../out/generators.
set -eu
cd "$(dirname "$0")"
here=$(pwd)
contract=$(cd ../../.. && pwd)/openapi.yaml
mkdir -p ../out/generators
cd ../out/generators
test -e package.json || echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts swagger-typescript-api@13.13.0 openapi-typescript-codegen@0.29.0 \
	openapi-enforcer@1.23.0 express-openapi-validator@5.6.2 express@4.22.3 js-yaml@4.3.2 typescript@5.9.3
test -e venv || python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check datamodel-code-generator==0.53.0 aiopenapi3==0.11.0 openapi-core==0.23.1 PyYAML==6.0.4

compile() {
	node_modules/.bin/tsc --noEmit --strict --skipLibCheck --target es2022 --lib es2022,dom --module esnext --moduleResolution bundler "$1"
}
node_modules/.bin/swagger-typescript-api generate -p "$contract" -o swagger-typescript-api -n api.ts --silent
compile swagger-typescript-api/api.ts
echo "holds: swagger-typescript-api compiles"
node_modules/.bin/openapi --input "$contract" --output openapi-typescript-codegen
compile openapi-typescript-codegen/index.ts
echo "holds: openapi-typescript-codegen compiles"
venv/bin/datamodel-codegen --input "$contract" --input-file-type openapi --output models.py --output-model-type pydantic_v2.BaseModel 2>datamodel.log
PYTHONPATH=. venv/bin/python "$here/validate.py" "$contract"
NODE_PATH=$(pwd)/node_modules node "$here/validate.js" "$contract"
