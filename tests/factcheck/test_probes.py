import pytest


@pytest.mark.django_db
def test_the_database_is_ready(client):
    assert client.get("/readyz").json()["database"] == "ok"
