"""Gives the emulated API what the emulator leaves out of an OpenAPI body: methods for every verb, and API
Gateway's own answers. Both are taken from the body that SAM has made of the template; what the emulator has
already stays as it is, so that this becomes nothing when it learns to read them.

Usage: python emulator.py TEMPLATE API_ID STAGE
"""

import sys

import boto3

from translated import translated

ANY = "x-amazon-apigateway-any-method"


def add_methods(gateway, api: str, body: dict) -> None:
    resources = {found["path"]: found for found in gateway.get_resources(restApiId=api, limit=500)["items"]}
    [authorizer] = gateway.get_authorizers(restApiId=api)["items"]
    for path, operations in body["paths"].items():
        has = resources[path].get("resourceMethods", {})
        if ANY not in operations or "ANY" in has:
            continue
        method = {"restApiId": api, "resourceId": resources[path]["id"], "httpMethod": "ANY"}
        gateway.put_method(**method, authorizationType="CUSTOM", authorizerId=authorizer["id"])
        # The function is the one that this path's other method calls.
        other = {**method, "httpMethod": next(iter(has))}
        uri = gateway.get_integration(**other)["uri"]
        gateway.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)


def add_answers(gateway, api: str, body: dict) -> None:
    for kind, answer in body["x-amazon-apigateway-gateway-responses"].items():
        gateway.put_gateway_response(
            restApiId=api,
            responseType=kind,
            **({"statusCode": answer["statusCode"]} if "statusCode" in answer else {}),
            responseParameters=answer["responseParameters"],
            responseTemplates=answer["responseTemplates"],
        )


template, api, stage = sys.argv[1:]
gateway = boto3.client("apigateway")
body = translated(template)["Resources"]["Api"]["Properties"]["Body"]
add_methods(gateway, api, body)
add_answers(gateway, api, body)
gateway.create_deployment(restApiId=api, stageName=stage)
