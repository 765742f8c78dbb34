"""The app's door: `streamlit run app.py`."""

from siting.web.page import main

main()
