"""The served description is valid OpenAPI and tells the truth about its routes."""
from openapi_spec_validator import validate


def test_the_description_is_valid(handbook):
    validate(handbook.http.get("/openapi.json").json())


def test_every_described_route_answers_in_the_envelope_or_with_success(handbook):
    description = handbook.http.get("/openapi.json").json()
    for path, operations in description["paths"].items():
        for method in set(operations) & {"get", "post"}:
            answer = handbook.http.request(method, path.replace("{", "").replace("}", ""))
            assert answer.status_code != 405 and answer.status_code < 500, (method, path, answer.text)
            if answer.status_code >= 400:
                assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
