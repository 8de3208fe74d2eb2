"""The demo: a file of deals driven through the five services as people at the front would, and the books afterwards."""
