"""The template as CloudFormation gets it, after SAM has made it so."""

import logging

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoPolicies:
    """SAM asks an account for the managed policies that it knows by name; the template names none."""

    def load(self) -> dict[str, str]:
        return {}


# It notes each of its own switches that it does not find.
logging.disable(logging.WARNING)


def translated(path: str) -> dict:
    with open(path) as file:
        template = yaml_parse(file.read())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": "packaged", "Key": "packaged"}
    return transform(template, {}, NoPolicies())
