"""Browser tests look at runs that the real client made, as the contract tests do."""

from tests.contract.conftest import client_version, module_programs, module_user

__all__ = ["client_version", "module_programs", "module_user"]
